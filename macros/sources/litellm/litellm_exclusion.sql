{% macro litellm_exclusion() -%}
    {#- the check that counts a row which is no call to a model that answers in words; else null -#}
    {%- set own_errors = '(?i)key.?not.?found|budget.?exceeded|proxy.?(rate.?limit|exception'
        ~ '|model.?not.?found|auth)|router.?rate.?limit' -%}
    case
        when {{ is_other_call('call_type') }} then 'left_out_spend'
        when
            is_error
            and not is_abandoned
            and not is_guarded
            and not {{ is_safety_block("concat_ws(' ', error_class, error_code)") }}
            and (
                coalesce(regexp_matches(error_class, '{{ own_errors }}'), false)
                or (
                    coalesce(is_error_without_provider, false)
                    and coalesce(total_tokens, 0) = 0
                    and coalesce(logged_cost_usd, 0) = 0
                )
            ) then 'gateway_refusal'
        when
            regexp_matches(call_type, '(?i)pass_?through')
            and is_error is not true
            and coalesce(total_tokens, 0) = 0
            and coalesce(logged_cost_usd, 0) = 0 then 'unmetered_call'
    end
{%- endmacro %}
