// LangChain's chat model and the OpenAI SDK below it, both instrumented, in the span of a
// request of an app. LangChain's spans are in no context, so those of the SDK are beside
// them. (Without the app's span they are in two traces, and cannot be told from two calls.)

import { createRequire } from "node:module";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { each, FEW, PARAMETERS, QUESTION } from "./common.mjs";
import { retries, TIMEOUT_MS, tracing, URL, weather } from "./common.mjs";

const require = createRequire(import.meta.url);
const provider = tracing();
const { LangChainInstrumentation } = require(
  "@arizeai/openinference-instrumentation-langchain",
);
const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
const instrumentations = [new LangChainInstrumentation(), new OpenAIInstrumentation()];
registerInstrumentations({ tracerProvider: provider, instrumentations });
instrumentations[0].manuallyInstrument(
  require("@langchain/core/callbacks/manager"),
);
const { ChatOpenAI } = require("@langchain/openai");
const { tool } = require("@langchain/core/tools");
const { HumanMessage } = require("@langchain/core/messages");

const app = provider.getTracer("app");
await each((name, given) =>
  app.startActiveSpan("POST /answer", async (span) => {
    try {
      await call(name, given);
    } finally {
      span.end();
    }
  }),
);
await provider.shutdown();

async function call(name, given) {
  const chat = new ChatOpenAI({
    apiKey: "none",
    model: given.openai,
    configuration: { baseURL: `${URL}/v1` },
    timeout: TIMEOUT_MS,
    maxRetries: retries(name),
    streamUsage: true,
    useResponsesApi: false,
  });
  const messages = [new HumanMessage(QUESTION)];
  if (given.stream) {
    let place = 0;
    for await (const _ of await chat.stream(messages)) {
      if (name === "left" && ++place === FEW) break;
    }
  } else if (name === "tool") {
    const able = tool(weather, { name: "get_weather", schema: PARAMETERS });
    const answer = await chat.bindTools([able]).invoke(messages);
    const results = await Promise.all(answer.tool_calls.map((one) => able.invoke(one)));
    await chat.bindTools([able]).invoke([...messages, answer, ...results]);
  } else {
    await chat.invoke(messages);
  }
}
