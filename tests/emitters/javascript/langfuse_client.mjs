// Langfuse's wrapper of the OpenAI SDK, exporting over OTLP.

import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { OpenAI } from "openai";
import { each, openaiCall, retries, TIMEOUT_MS, tracing, URL } from "./common.mjs";

const provider = tracing(
  new LangfuseSpanProcessor({
    publicKey: "none",
    secretKey: "none",
    // it sends to the host's own path
    baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  }),
);
await each((name, given) =>
  openaiCall(
    observeOpenAI(
      new OpenAI({
        apiKey: "none",
        baseURL: `${URL}/v1`,
        timeout: TIMEOUT_MS,
        maxRetries: retries(name),
      }),
    ),
    name,
    given,
  ),
);
await provider.forceFlush();
await provider.shutdown();
