// Langfuse's wrapper of the OpenAI SDK, exporting over OTLP.

import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { OpenAI } from "openai";
import { clientOptions, each, openaiCall, tracing } from "./common.mjs";

const provider = tracing(
  new LangfuseSpanProcessor({
    publicKey: "none",
    secretKey: "none",
    // it sends to the host's own path
    baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  }),
);
await each((name, given) => openaiCall(observeOpenAI(new OpenAI(clientOptions(name))), name, given));
await provider.forceFlush();
await provider.shutdown();
