// The OpenAI SDK under the instrumentation that the first argument names.

import { createRequire } from "node:module";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { clientOptions, each, openaiCall, tracing } from "./common.mjs";

const NAMES = {
  openinference: "@arizeai/openinference-instrumentation-openai",
  contrib: "@opentelemetry/instrumentation-openai",
  openllmetry: "@traceloop/instrumentation-openai",
};
const require = createRequire(import.meta.url);
const provider = tracing();
const { OpenAIInstrumentation } = require(NAMES[process.argv[2]]);
registerInstrumentations({
  tracerProvider: provider,
  instrumentations: [new OpenAIInstrumentation()],
});
// loaded after it is instrumented
const { OpenAI } = require("openai");

await each((name, given) => openaiCall(new OpenAI(clientOptions(name)), name, given));
await provider.shutdown();
