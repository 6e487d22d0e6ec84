with

telemetry_files as (

    select
        table_name,
        coalesce(file_rows, 0) as file_rows,
        md5_high,
        md5_low

    from {{ ref('stg_telemetry_csv__files') }}

    where file_name is not null

),

digests as (

    select
        table_name,
        cast(sum(file_rows) as bigint) as input_rows,
        {{ sha256_of("concat_ws(' ', sum(file_rows), sum(md5_high), sum(md5_low))") }}
            as content_sha256

    from telemetry_files

    group by all

    union all

    select
        'invoices' as table_name,
        count(*) as input_rows,
        {{ content_digest(ref('stg_provider_invoices__lines')) }} as content_sha256

    from {{ ref('stg_provider_invoices__lines') }}
    {%- for source in sources_on() if source != 'telemetry_csv' %}
    union all

    select
        '{{ source }}' as table_name,
        count(*) as input_rows,
        {{ content_digest(ref('stg_' ~ source ~ '__interactions')) }} as content_sha256

    from {{ ref('stg_' ~ source ~ '__interactions') }}
    {%- endfor %}

),

files as (

    select
        table_name,
        if(any_value(files) = 1, min(file_name), any_value(files) || ' files')
            as file_name

    from {{ ref('stg_telemetry_csv__columns') }}

    group by all

    having any_value(files) > 0

    union all

    select
        source as table_name,
        count(*) || ' files' as file_name

    from {{ ref('int_source_files') }}

    group by source

    union all

    select
        'invoices' as table_name,
        min(file_name) as file_name

    from {{ ref('stg_provider_invoices__files') }}

    having count(*) > 0

),

inputs as (

    select
        files.table_name,
        files.file_name,
        digests.input_rows,
        digests.content_sha256

    from files

    inner join digests on files.table_name = digests.table_name

)

select * from inputs
