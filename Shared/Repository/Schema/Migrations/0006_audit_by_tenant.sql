CREATE INDEX audit_log_critical_by_tenant ON audit_log_critical (tenant_id, sequence_number);
