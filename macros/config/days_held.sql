{% macro is_windowed() -%}
    {#- whether calls are retained for some days only, and earlier days remain as rollups -#}
    {{- 'true' if text_knob('window_days') | float > 0 -}}
{%- endmacro %}

{% macro first_retained_day() -%}
    {#- the first day that is retained; none where all are, as in unit tests -#}
    {%- set days = days_to_process() -%}
    {{- first_day_where(days, 'is_retained') if days and execute and is_windowed() -}}
{%- endmacro %}

{% macro days_to_process() -%}
    {#- to be called outside of any condition, so that dbt sees that a model reads it; a unit
        test reads no days -#}
    {{ return(ref('stg_telemetry_csv__days_to_process') if model.resource_type == 'model') }}
{%- endmacro %}

{% macro text_list(relation, column, condition) -%}
    {#- the texts of a column as a list of literals, for a filter that has to be constant -#}
    {%- set texts = run_query('select distinct ' ~ column ~ ' from ' ~ relation ~ ' where '
        ~ condition ~ ' order by all').columns[0].values() if execute else [] -%}
    {{ return("('" ~ (texts or ['0001-01-01']) | join("', '") ~ "')") }}
{%- endmacro %}

{% macro landed_calls() -%}
    {#- of the files that this build needs, each by its name: DuckDB takes a filter on names to
        leave one row, and would build the hash tables of all joins on the calls -#}
    {%- set days = days_to_process() -%}
    {%- set needed = '(loaded_date is null or loaded_date in (select loaded_date from ' ~ days
        ~ ' where is_read))' -%}
    {%- set files = files_with_rows('interactions', needed if is_windowed() else 'true') -%}
    ({{ rows_with_day(files) }}) as landed
{%- endmacro %}

{% macro is_row_to_read() -%}
    {#- which of their rows: by row group, then by row; and those without a day -#}
    {%- set days = days_to_process() -%}
    {%- if not execute or not is_windowed() -%}true
    {%- else -%}
    (timestamp_utc is null or timestamp_utc >= {{ first_day_where(days, 'is_read') }})
    and (loaded_date is null or loaded_date in {{ text_list(days, 'loaded_date', 'is_read') }})
    {%- endif -%}
{%- endmacro %}

{% macro rows_with_day(files) -%}
    {%- set columns = contract_columns('interactions') -%}
    {%- if files -%}
    select *, {{ loaded_date() }} as loaded_date
    from ({{ landed_rows(files, columns) }}) as landed
    {%- else -%}
    select *, cast(null as string) as landed_file, cast(null as date) as loaded_date
    from ({{ typed_file('', columns) }}) as nothing
    {%- endif -%}
{%- endmacro %}

{% macro first_day_where(days, condition) -%}
    {#- as a literal, that reaches the files -#}
    {%- set found = run_query('select min(loaded_date) from ' ~ days ~ ' where ' ~ condition) -%}
    {{ return("date '" ~ (found.columns[0].values()[0] or '0001-01-01') ~ "'") }}
{%- endmacro %}

{% macro business_date(moment) -%}
    cast({{ business_time(moment) }} as date)
{%- endmacro %}

{#- the rows of days that the previous build made and this one does not make again -#}
{% macro carry_forward(mart, day='interaction_date') -%}
    {%- set days = days_to_process() -%}
    {%- if days and earlier(mart) %}
    union all by name

    select carried.*

    from {{ earlier(mart) }} as carried

    semi join {{ days }} as days
        on carried.{{ day }} = days.loaded_date
            and not days.is_retained
            and not days.is_restated
    {%- endif %}
{%- endmacro %}

{% macro is_rollup_day(day) -%}
    {#- whether this build makes the rollups of a day, for which it read all its calls -#}
    {%- set days = days_to_process() -%}
    {%- if not first_retained_day() -%}true
    {%- else -%}
    ({{ day }} is null or {{ day }} in {{ text_list(days, 'loaded_date',
        '(is_retained or is_restated)') }})
    {%- endif -%}
{%- endmacro %}

{% macro may_be_redated(landed) -%}
    {#- whether a call may be filed under two days, in two files: files that are new are compared
        with all, and all only then -#}
    {%- set known = earlier('loaded_files') -%}
    {%- if known -%}{{ run_query(
        'select (select count(*) from ' ~ known ~ ' where moved_rows > 0) + count(*) > 0'
        ~ ' from ' ~ landed ~ ' as fresh inner join ' ~ landed ~ ' as others'
        ~ ' on fresh.interaction_id = others.interaction_id'
        ~ ' and fresh.landed_file <> others.landed_file'
        ~ ' and fresh.loaded_date is distinct from others.loaded_date'
        ~ ' where fresh.landed_file in ' ~ fresh_files()
    ).columns[0].values()[0] }}
    {%- else -%}{{ is_windowed() or 'false' }}{%- endif -%}
{%- endmacro %}

{% macro has_read_call(key) -%}
    {#- sessions and users of calls that are not read are not read either -#}
    {%- set calls = ref('stg_telemetry_csv__interactions') -%}
    {{- '(' ~ key ~ ' is null or ' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ calls ~ '))'
        if is_windowed() else 'true' -}}
{%- endmacro %}
