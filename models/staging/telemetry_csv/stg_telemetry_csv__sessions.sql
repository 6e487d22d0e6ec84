{{ config(materialized='table' if is_windowed() else cheap_view()) }}

{{ landed_table('sessions', 'session_id', has_read_call('session_id')) }}
