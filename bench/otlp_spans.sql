-- spans of traces {first} to {last}, a request of 256 spans a row: 25 spans a trace, of which
-- 12 are calls to a model, 2 wrap one of them and 11 are none

with

slots as (

    select
        t,
        s,
        t * 25 + s as i,
        -- a wrapper tells the numbers of the call two slots on
        t * 25 + s + case when s in (3, 4) then 2 else 0 end as told,
        hex_id('trace', t, 32) as trace_id,
        [
            'root', 'agent', 'agent', 'wrapper', 'wrapper',
            'chat', 'chat', 'chat', 'chat', 'chat', 'chat',
            'chat', 'chat', 'chat', 'chat', 'chat', 'chat',
            'tool', 'tool', 'tool', 'tool', 'http', 'http', 'http', 'http'
        ][s + 1] as role,
        [
            -1, 0, 0, 1, 2, 3, 4, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 2, 2, 5, 6, 7, 8
        ][s + 1] as parent,
        case
            when t % 5 < 3 then 'genai'
            when t % 5 = 3 then 'openinference'
            else 'openllmetry'
        end as dialect,
        cast(200 + draw('in', told) * 4000 as int) as input_tokens,
        cast(20 + draw('out', told) * 800 as int) as output_tokens,
        ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4', 'gemini-2.5-flash'][
            1 + cast(floor(draw('model', told) * 4) as int)
        ] as model,
        draw('error', told) < 0.02 as failed,
        draw('stream', told) < 0.3 as streamed,
        1764547200000000000 + (t * 60 + s) * 1000000000 as start_ns,
        cast(50e6 + draw('latency', i) * 4e9 as bigint) as took

    from range({first}, {last}) as traces(t), range(25) as spans(s)

),

said as (

    select
        *,
        case
            when role = 'root' then concat_ws(
                ',',
                text_attribute('http.request.method', 'POST'),
                text_attribute('url.path', '/v1/answer'),
                int_attribute('http.response.status_code', '200'),
                text_attribute('session.id', 's' || t % 9000),
                text_attribute('user.id', 'u' || t % 3000),
                text_attribute('app.use_case', ['qa', 'search', 'summary'][1 + t % 3]),
                text_attribute('app.region', ['eu', 'us'][1 + t % 2])
            )
            when role = 'agent' then concat_ws(
                ',',
                text_attribute('gen_ai.operation.name', 'invoke_agent'),
                text_attribute('gen_ai.agent.name', 'planner'),
                text_attribute('gen_ai.provider.name', 'openai'),
                int_attribute('gen_ai.usage.input_tokens', input_tokens)
            )
            when role = 'tool' then concat_ws(
                ',',
                text_attribute('gen_ai.operation.name', 'execute_tool'),
                text_attribute('gen_ai.tool.name', 'get_weather'),
                text_attribute('gen_ai.tool.type', 'function'),
                text_attribute('gen_ai.tool.call.id', 'call_' || i)
            )
            when role = 'http' then concat_ws(
                ',',
                text_attribute('http.request.method', 'POST'),
                text_attribute('server.address', 'api.example.com'),
                int_attribute('server.port', '443'),
                text_attribute('url.full', 'https://api.example.com/v1/chat/completions'),
                int_attribute('http.response.status_code', '200'),
                text_attribute('network.protocol.version', '1.1')
            )
            when dialect = 'openinference' then concat_ws(
                ',',
                text_attribute('llm.system', 'openai'),
                text_attribute('input.mime_type', 'application/json'),
                text_attribute('input.value', '__REDACTED__'),
                text_attribute('output.value', '__REDACTED__'),
                text_attribute(
                    'llm.invocation_parameters',
                    '{{\"model\": \"' || model
                    || '\", \"temperature\": 0.2, \"max_tokens\": 400}}'
                ),
                case when not failed then concat_ws(
                    ',',
                    text_attribute('llm.model_name', model || '-2026-08-01'),
                    int_attribute('llm.token_count.total', input_tokens + output_tokens),
                    int_attribute('llm.token_count.prompt', input_tokens),
                    int_attribute('llm.token_count.completion', output_tokens),
                    int_attribute(
                        'llm.token_count.prompt_details.cache_read', input_tokens // 2
                    ),
                    int_attribute('llm.token_count.prompt_details.audio', '0'),
                    int_attribute('llm.token_count.completion_details.reasoning', '0'),
                    int_attribute('llm.token_count.completion_details.audio', '0'),
                    text_attribute('llm.finish_reason', 'stop')
                ) end,
                text_attribute('openinference.span.kind', 'LLM')
            )
            else concat_ws(
                ',',
                text_attribute('gen_ai.operation.name', 'chat'),
                text_attribute('gen_ai.provider.name', 'openai'),
                text_attribute('gen_ai.request.model', model),
                text_attribute('server.address', 'api.example.com'),
                int_attribute('server.port', '443'),
                double_attribute('gen_ai.request.temperature', '0.2'),
                double_attribute('gen_ai.request.top_p', '0.9'),
                int_attribute('gen_ai.request.max_tokens', '400'),
                case
                    when streamed and dialect = 'genai' then concat_ws(
                        ',',
                        bool_attribute('gen_ai.request.stream', 'true'),
                        double_attribute(
                            'gen_ai.response.time_to_first_chunk',
                            round(draw('ttft', i), 6)
                        )
                    )
                    when streamed then bool_attribute('gen_ai.is_streaming', 'true')
                end,
                case when failed then text_attribute('error.type', 'openai.RateLimitError')
                    else concat_ws(
                        ',',
                        list_attribute('gen_ai.response.finish_reasons', 'stop'),
                        text_attribute('gen_ai.response.model', model || '-2026-08-01'),
                        text_attribute('gen_ai.response.id', 'chatcmpl-' || told),
                        int_attribute('gen_ai.usage.input_tokens', input_tokens),
                        int_attribute('gen_ai.usage.output_tokens', output_tokens),
                        int_attribute(
                            'gen_ai.usage.cache_read.input_tokens', input_tokens // 2
                        ),
                        int_attribute(
                            case dialect
                                when 'genai' then 'gen_ai.usage.reasoning.output_tokens'
                                else 'gen_ai.usage.reasoning_tokens'
                            end,
                            output_tokens // 4
                        ),
                        text_attribute('openai.response.service_tier', 'default'),
                        text_attribute('openai.response.system_fingerprint', 'fp_x')
                    )
                end
            )
        end as attributes

    from slots

),

parts as (

    select
        *,
        case when parent >= 0
            then '"parentSpanId":"' || hex_id('span', t * 25 + parent, 16) || '",'
            else ''
        end as parent_json,
        case role when 'root' then 2 when 'http' then 3 when 'chat' then 3 else 1 end
            as kind,
        case when failed and dialect <> 'genai' and role = 'chat' then concat(
            '"events":[{{"timeUnixNano":"', start_ns + took, '","name":"exception","attributes":[',
            text_attribute('exception.type', 'openai.RateLimitError'), ',',
            text_attribute('exception.message', 'Error code: 429'), ']}}],'
        ) end as events_json,
        case when failed and role in ('chat', 'wrapper')
            then '{{"message":"Error code: 429 - Rate limit reached","code":2}}'
            else '{{}}'
        end as status_json

    from said

),

spans as (

    select
        i,
        role in ('root', 'http') as is_app,
        concat(
            '{{"traceId":"', trace_id, '","spanId":"', hex_id('span', i, 16), '",', parent_json,
            '"flags":256,"name":"', role, ' ', model, '","kind":', kind,
            ',"startTimeUnixNano":"', start_ns, '","endTimeUnixNano":"', start_ns + took,
            '","attributes":[', attributes, '],', events_json, '"status":', status_json, '}}'
        ) as span

    from parts

),

scopes as (

    select
        i // 256 as line,
        is_app,
        string_agg(span, ',' order by i) as spans

    from spans

    group by all

),

requests as (

    select
        scopes.line,
        concat(
            '{{"resourceSpans":[{{"resource":{{"attributes":[',
            text_attribute('telemetry.sdk.language', 'python'), ',',
            text_attribute('service.name', 'demo'), ',',
            text_attribute('service.instance.id', 'a7e6add0-00c9-44da-ad9e-783dd4310157'), ',',
            text_attribute('deployment.environment.name', 'test'), ']}},"scopeSpans":[',
            string_agg(
                concat(
                    '{{"scope":{{"name":"',
                    if(is_app, 'app', 'opentelemetry.instrumentation.genai.openai'),
                    '","version":"1.3b0"}},"spans":[', spans, ']}}'
                ),
                ',' order by is_app
            ),
            ']}}]}}'
        ) as request

    from scopes

    group by scopes.line

)

select request

from requests

order by line
