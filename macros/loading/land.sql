{% macro land(table, relation) -%}
    {#- writes what is not landed yet, where models are built; returns the select of the table's
        files -#}
    {%- set files = telemetry_files(relation) if execute and flags.WHICH in ['build', 'run']
        else [] -%}
    {%- if not files -%}{{ return(empty_file_catalog()) }}{%- endif -%}
    {%- set columns, stamps, landed, places = contract_columns(table), file_stamps(files),
        landed_files(), [] -%}
    {#- a macro that asks DuckDB: once for all files -#}
    {%- set folder = landing_folder() -%}
    {%- set typed_how = local_md5(typed_file('', columns) ~ quick_casts(columns) ~ csv_dialect()
        ~ landing_salt() ~ column_settings().get(relation.identifier, '')) -%}
    {%- for file in files -%}
        {%- set place = folder ~ '/' ~ landing_name(relation.identifier, file,
            stamps[file], typed_how) -%}
        {%- if flags.FULL_REFRESH or landed.get(days_place(place),
            '') <= stamps[file] -%}{%- do land_file(file, columns, place) -%}{%- endif -%}
        {%- do places.append(place) -%}
    {%- endfor -%}
    {{ return(catalog_files(table, files, stamps, places)) }}
{%- endmacro %}

{% macro land_file(file, columns, place) -%}
    {#- first the rows, then their counts by day: if the second file exists, so does the first -#}
    {%- set found = described_columns(file) -%}
    {%- set landed = columns | select('in', found | map('lower') | list) | list -%}
    {%- if not land_quickly(file, columns, found, landed, place) -%}
        {%- do landed.append('rejected_values') -%}
        {%- do run_query(landing('select ' ~ landed | join(', ') ~ ' from (' ~ typed_file(file,
            columns) ~ ') as typed', place)) -%}
    {%- endif -%}
    {%- do run_query(landing(landed_days(place, columns, found, landed), days_place(place))) -%}
{%- endmacro %}

{% macro landing_name(table, file, stamp, typed_how) -%}
    {#- it says what the file was made of: which file, how old and large, typed how -#}
    {{ return(table ~ '-' ~ local_md5(file) ~ '-' ~ local_md5(stamp ~ '|' ~ typed_how)
        ~ '.parquet') }}
{%- endmacro %}

{% macro days_place(place) -%}
    {{ return(place[:-8] ~ '.days.parquet') }}
{%- endmacro %}

{% macro landing_salt() -%}
    {#- another salt makes other users; what names a file must not tell the salt -#}
    {{ return(run_query('select ' ~ sha256_of("'landed ' || "
        ~ user_salt())).columns[0].values()[0]) }}
{%- endmacro %}
