{% macro land(table, files, columns) -%}
    {#- writes what is not yet there, where models are built; returns the Parquet file of each file, in their order -#}
    {%- set places = [] -%}
    {%- if files and flags.WHICH in ['build', 'run'] -%}
        {%- set stamps, landed = file_stamps(files), landed_files() -%}
        {%- for file in files -%}
            {%- set sql = typed_file(file, columns) -%}
            {%- set place = landing_place(table, file, stamps[file], sql) -%}
            {%- if flags.FULL_REFRESH or landed.get(place, '') <= stamps[file] -%}{%- do run_query(landing(sql, place)) -%}{%- endif -%}
            {%- do places.append(place) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(places) }}
{%- endmacro %}

{% macro landing(sql, place) -%}
    {#- a file that is not finished bears another name -#}
    copy ({{ sql }}) to {{ plain_path(place) }} (format parquet, compression zstd, use_tmp_file true)
{%- endmacro %}

{% macro landing_place(table, file, stamp, sql) -%}
    {#- the name says what it was made of: which file, how old and large, typed how -#}
    {%- set made_of = [stamp, sql, landing_salt()] | join('|') -%}
    {{ return(landing_folder() ~ '/' ~ table ~ '-' ~ local_md5(file) ~ '-' ~ local_md5(made_of) ~ '.parquet') }}
{%- endmacro %}

{% macro landing_salt() -%}
    {#- another salt makes other users; what names a file must not tell the salt -#}
    {{ return(run_query("select " ~ sha256_of("'landed ' || " ~ user_salt())).columns[0].values()[0]) }}
{%- endmacro %}

{% macro landing_folder() -%}
    {#- beside the warehouse, in whichever file it is being built -#}
    {%- set path = (target.path | replace('\\', '/')).split('/') -%}
    {{ return((path[:-1] + ['.landed.' ~ path[-1] | replace('.building.', '')]) | join('/')) }}
{%- endmacro %}
