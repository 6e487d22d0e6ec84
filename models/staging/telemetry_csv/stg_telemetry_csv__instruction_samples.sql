{{ config(materialized=cheap_view()) }}

{{ landed_table('instruction_samples', 'interaction_id') }}
