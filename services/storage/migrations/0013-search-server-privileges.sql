-- What is the fleet's own and has no tenant is nothing that the tenants' role may touch.
revoke all on search_generations, search_indexers from soc_storage_tenant;
