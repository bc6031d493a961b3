-- What ties a rule to a channel is written only where both are the tenant's own. It is shown by the rule alone, as before.
alter policy tenant on rule_channels with check (
  exists (select from rules where rules.id = rule_id) and exists (select from channels where channels.id = channel_id));
alter policy tenant on throttles with check (
  exists (select from rules where rules.id = rule_id) and exists (select from channels where channels.id = channel_id));
