-- An undo asks for the last that was done to an incident, undone or not; what is too old to be taken back is deleted.
drop index incident_moves_from;
drop index incident_moves_into;
create index incident_moves_from on incident_moves (from_id, id desc);
create index incident_moves_into on incident_moves (into_id, id desc);
create index incident_moves_at on incident_moves (at);
