{% macro land(table, files, columns) -%}
    {#- writes what is not yet there, where models are built; returns the Parquet file of each file, in their order -#}
    {%- set places = [] -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set stamps, landed = file_stamps(files) if files else {}, landed_files() -%}
        {%- set folder, typed_how = landing_folder(), local_md5(typed_file('', columns) ~ csv_dialect() ~ landing_salt()) -%}
        {%- for file in files -%}
            {%- set place = folder ~ '/' ~ landing_name(table, file, stamps[file], typed_how) -%}
            {%- if flags.FULL_REFRESH or landed.get(days_place(place), '') <= stamps[file] -%}{%- do land_file(file, columns, place) -%}{%- endif -%}
            {%- do places.append(place) -%}
        {%- endfor -%}
        {%- do run_query(landing(catalog_files(table, files, stamps, places) if files else empty_file_catalog(), loaded_place(table))) -%}
    {%- endif -%}
    {{ return(places) }}
{%- endmacro %}

{% macro land_file(file, columns, place) -%}
    {#- first the rows, then what they are by day: the second stands for both -#}
    {%- do run_query(landing(typed_file(file, columns), place)) -%}
    {%- do run_query(landing(landed_days(file, place), days_place(place))) -%}
{%- endmacro %}

{% macro landing_name(table, file, stamp, typed_how) -%}
    {#- it says what the file was made of: which file, how old and large, typed how -#}
    {{ return(table ~ '-' ~ local_md5(file) ~ '-' ~ local_md5(stamp ~ '|' ~ typed_how) ~ '.parquet') }}
{%- endmacro %}

{% macro days_place(place) -%}
    {{ return(place[:-8] ~ '.days.parquet') }}
{%- endmacro %}

{% macro loaded_place(table) -%}
    {{ return(landing_folder() ~ '/files-' ~ table ~ '.parquet') }}
{%- endmacro %}

{% macro landing_salt() -%}
    {#- another salt makes other users; what names a file must not tell the salt -#}
    {{ return(run_query('select ' ~ sha256_of("'landed ' || " ~ user_salt())).columns[0].values()[0]) }}
{%- endmacro %}
