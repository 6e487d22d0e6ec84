{{ config(materialized='table' if is_windowed() else cheap_view()) }}

{{ landed_table('users', 'user_id', has_read_call('user_id')) }}
