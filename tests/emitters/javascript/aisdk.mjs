// The Vercel AI SDK: version 7 with @ai-sdk/otel and the Responses API, older ones with
// their own telemetry and chat completions.

import { createOpenAI } from "@ai-sdk/openai";
import * as ai from "ai";
import { each, FEW, PARAMETERS, QUESTION, retries, TIMEOUT_MS } from "./common.mjs";
import { tracing, URL, weather } from "./common.mjs";

const provider = tracing();
const isOld = process.argv[2] === "6";
if (!isOld) {
  const { OpenTelemetry } = await import("@ai-sdk/otel");
  ai.registerTelemetry(new OpenTelemetry({ usage: true }));
}
const openai = createOpenAI({ apiKey: "none", baseURL: `${URL}/v1` });

await each(async (name, given) => {
  const options = {
    model: isOld ? openai.chat(given.openai) : openai.responses(given.openai),
    prompt: QUESTION,
    maxRetries: retries(name),
    abortSignal: AbortSignal.timeout(name === "left" ? 5000 : TIMEOUT_MS),
  };
  if (isOld) options.experimental_telemetry = { isEnabled: true };
  if (name === "tool") {
    const able = { inputSchema: ai.jsonSchema(PARAMETERS), execute: weather };
    options.tools = { get_weather: ai.tool(able) };
    options.stopWhen = ai.stepCountIs ? ai.stepCountIs(2) : ai.isStepCount(2);
  }
  if (!given.stream) {
    await ai.generateText(options);
    return;
  }
  const reader = new AbortController();
  if (name === "left") options.abortSignal = reader.signal;
  let place = 0;
  for await (const _ of ai.streamText(options).textStream) {
    if (name === "left" && ++place === FEW) {
      reader.abort();
      break;
    }
  }
});
await provider.shutdown();
