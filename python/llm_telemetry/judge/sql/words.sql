-- Words of the answer.
select
    id,
    cast(len(words) as double) as score,
    cast(null as varchar) as error_type

from texts

where part = 'answer'
