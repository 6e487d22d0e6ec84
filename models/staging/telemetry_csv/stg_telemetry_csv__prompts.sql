{{ config(materialized=cheap_view()) }}

{{ landed_table('prompts', 'prompt_id') }}
