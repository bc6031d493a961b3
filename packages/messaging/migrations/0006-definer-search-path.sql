-- A function that runs with its owner's rights looks into the caller's temporary tables last.
do $$
begin
  execute format('alter function outbox_unsent(text[]) set search_path = %I, pg_temp', current_schema());
end $$;
