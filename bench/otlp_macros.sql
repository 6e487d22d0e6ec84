create macro text_attribute(k,v) as '{"key":"'||k||'","value":{"stringValue":"'||v||'"}}';
create macro int_attribute(k,v) as '{"key":"'||k||'","value":{"intValue":"'||v||'"}}';
create macro double_attribute(k,v) as '{"key":"'||k||'","value":{"doubleValue":'||v||'}}';
create macro bool_attribute(k,v) as '{"key":"'||k||'","value":{"boolValue":'||v||'}}';
create macro list_attribute(k,v) as '{"key":"'||k||'","value":{"arrayValue":{"values":[{"stringValue":"'||v||'"}]}}}';
create macro draw(what,i) as (hash(what,i)>>11)/9007199254740992.0;
create macro hex_id(what,i,n) as right(md5(what||i),n);
