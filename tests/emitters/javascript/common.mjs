// What the programs of all emitters share: where to export, and how to make the calls.

import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

export const CASES = JSON.parse(process.env.CASES);
export const URL = process.env.PROVIDER_URL;
export const TIMEOUT_MS = 1000;
// read before the reader leaves
export const FEW = 3;
export const QUESTION = "How is the weather in Rome?";
export const PARAMETERS = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
};

export const weather = ({ city }) => `sunny in ${city}`;

export function tracing(processor = new BatchSpanProcessor(new OTLPTraceExporter())) {
  const resource = resourceFromAttributes({ "service.name": process.env.OTEL_SERVICE_NAME });
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return provider;
}

// how often a client may try again
export const retries = (name) => (name === "retried" ? 1 : 0);

// a case that fails is meant to
export async function each(call) {
  for (const [name, given] of Object.entries(CASES)) {
    try {
      await call(name, given);
    } catch (error) {
      console.log(`${name}: ${error.name}: ${String(error.message).slice(0, 160)}`);
    }
  }
  // spans of streams that were left end a little later
  await new Promise((resolve) => setTimeout(resolve, 200));
}

// of a client that has the interface of the OpenAI SDK
export const clientOptions = (name) => ({
  apiKey: "none",
  baseURL: `${URL}/v1`,
  timeout: TIMEOUT_MS,
  maxRetries: retries(name),
});

// the cases of such a client
export async function openaiCall(client, name, given) {
  const question = { role: "user", content: QUESTION };
  const options = { model: given.openai };
  if (given.stream) {
    const stream = await client.chat.completions.create({
      ...options,
      messages: [question],
      stream: true,
      stream_options: { include_usage: true },
    });
    let place = 0;
    for await (const _ of stream) {
      if (name === "left" && ++place === FEW) break;
    }
    return;
  }
  const tool = { name: "get_weather", parameters: PARAMETERS };
  if (name === "tool") options.tools = [{ type: "function", function: tool }];
  const answer = await client.chat.completions.create({ ...options, messages: [question] });
  const message = answer.choices[0].message;
  for (const wanted of message.tool_calls ?? []) {
    const content = weather(JSON.parse(wanted.function.arguments));
    const said = { role: "tool", tool_call_id: wanted.id, content };
    const messages = [question, message, said];
    await client.chat.completions.create({ ...options, messages });
  }
}
