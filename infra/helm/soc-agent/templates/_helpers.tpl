{{/* What every object is labelled with. */}}
{{- define "soc.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: soc-agent
app.kubernetes.io/name: soc-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What finds the pods of one row of `services`: root, id. */}}
{{- define "soc.selector" -}}
app.kubernetes.io/name: soc-agent
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .id }}
{{- end -}}

{{/* What finds the pods of a network of the compose file: root, network. */}}
{{- define "soc.inNetwork" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
soc-agent/network-{{ .network }}: 'true'
{{- end -}}

{{- define "soc.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}/{{ .image }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}

{{/* A name that is looked up without search domains: the gateway's resolver has none. */}}
{{- define "soc.host" -}}
{{ .name }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- end -}}

{{- define "soc.authority" -}}
{{- if (index .root.Values.secrets (printf "%sAuthority" .of)).secret -}}
/run/secrets/{{ .of }}-authority.pem
{{- else -}}
/run/secrets/authority.pem
{{- end -}}
{{- end -}}

{{/* The authority of a store of storage, where it is not a public one: root, of, urls. */}}
{{- define "soc.storeAuthority" -}}
{{- $key := printf "%sAuthority" .of -}}
{{- if (index .root.Values.secrets $key).secret -}}
{{- range .urls -}}
{{- if not (hasPrefix "https://" .) -}}
{{- fail (printf "secrets.%s is of no use: %s is not https." $key .) -}}
{{- end -}}
{{- end -}}
{{- include "soc.authority" (dict "root" .root "of" .of) -}}
{{- end -}}
{{- end -}}

{{/* The environment of a service, as a map: root, id, row. */}}
{{- define "soc.environment" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $row := .row -}}
{{- $env := dict -}}
{{- if not $row.isPage -}}
{{- $env = dict
  "SOC_HOST" "0.0.0.0"
  "PORT" (toString $row.port)
  "LOG_LEVEL" $values.logLevel
  "SOC_SECRETS_FILE" (printf "/run/secrets/%s.env" .id)
  "REDIS_CA_FILE" (include "soc.authority" (dict "root" $root "of" "redis"))
  "BUS_KEY_RING_FILE" "/run/secrets/bus-key-ring.json"
  "AUTH_JWKS_URL" (printf "http://%s:%v/api/v1/auth/.well-known/jwks.json" $values.services.auth.name $values.services.auth.port)
  "SHUTDOWN_GRACE_MS" (toString (int $values.shutdown.graceMs))
  "SHUTDOWN_TIMEOUT_MS" (toString (int $values.shutdown.timeoutMs)) -}}
{{- if eq .id "gateway" -}}
{{- range $other, $its := $values.services -}}
{{- if not (or $its.isPage (eq $other "gateway")) -}}
{{- $host := include "soc.host" (dict "root" $root "name" $its.name) -}}
{{- $_ := set $env (printf "UPSTREAM_%s" (upper $other)) (printf "dns://%s:%v" $host $its.port) -}}
{{- end -}}
{{- end -}}
{{- with $values.exposure.trustedProxies -}}{{- $_ := set $env "TRUSTED_PROXIES" (join "," .) -}}{{- end -}}
{{- with $values.tools.grafanaUrl -}}{{- $_ := set $env "GRAFANA_URL" . -}}{{- end -}}
{{- with $values.tools.prometheusUrl -}}{{- $_ := set $env "PROMETHEUS_URL" . -}}{{- end -}}
{{- else -}}
{{- $_ := set $env "DATABASE_CA_FILE" (include "soc.authority" (dict "root" $root "of" "postgres")) -}}
{{- $gateway := $values.services.gateway -}}
{{- $_ := set $env "GATEWAY_JWKS_URL" (printf "http://%s:%v/.well-known/jwks.json" $gateway.name $gateway.port) -}}
{{- end -}}
{{- if eq .id "auth" -}}{{- $_ := set $env "AUTH_PUBLIC_URL" $values.publicUrl -}}{{- end -}}
{{- if eq .id "storage" -}}
{{- $env = merge (include "soc.stores" $root | fromYaml) $env -}}
{{- end -}}
{{- end -}}
{{- merge (dict) (default (dict) $row.env) $values.env $env | toYaml -}}
{{- end -}}

{{/* What storage is told of its stores. */}}
{{- define "soc.stores" -}}
{{- $stores := .Values.stores -}}
EVIDENCE_STORE: {{ $stores.evidence.kind }}
{{- if eq $stores.evidence.kind "s3" }}
EVIDENCE_S3_BUCKET: {{ $stores.evidence.s3.bucket | quote }}
EVIDENCE_S3_REGION: {{ $stores.evidence.s3.region | quote }}
{{- with $stores.evidence.s3.endpoint }}
EVIDENCE_S3_ENDPOINT: {{ . | quote }}
{{- end }}
{{- else }}
EVIDENCE_DIR: /var/lib/soc/evidence
{{- end }}
{{- with $stores.search.urls }}
SEARCH_SERVER_URLS: {{ join "," . | quote }}
{{- with include "soc.storeAuthority" (dict "root" $ "of" "search" "urls" .) }}
SEARCH_SERVER_CA_FILE: {{ . }}
{{- end }}
{{- end }}
{{- with $stores.search.username }}
SEARCH_SERVER_USERNAME: {{ . | quote }}
{{- end }}
{{- with $stores.influxdb.url }}
INFLUXDB_URL: {{ . | quote }}
INFLUXDB_ORG: {{ $stores.influxdb.org | quote }}
INFLUXDB_BUCKET: {{ $stores.influxdb.bucket | quote }}
{{- with include "soc.storeAuthority" (dict "root" $ "of" "influxdb" "urls" (list .)) }}
INFLUXDB_CA_FILE: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Secrets as files, those that the environment names and no other: root, environment. */}}
{{- define "soc.secretFiles" -}}
{{- $secrets := .root.Values.secrets -}}
{{- $own := list -}}
{{- range $name, $value := .environment -}}
{{- with regexFind "^/run/secrets/[^/,]+$" (toString $value) -}}
{{- $own = append $own (base .) -}}
{{- end -}}
{{- end -}}
{{- $others := dict -}}
{{- range list "postgres" "redis" "search" "influxdb" -}}
{{- $_ := set $others (printf "%s-authority.pem" .) (index $secrets (printf "%sAuthority" .)) -}}
{{- end -}}
projected:
  # 0440: the group of the pod reads them.
  defaultMode: 288
  sources:
    - secret:
        name: {{ $secrets.name }}
        items:
        {{- range $file := $own | uniq | sortAlpha }}
        {{- if not (hasKey $others $file) }}
          - { key: {{ $file }}, path: {{ $file }} }
        {{- end }}
        {{- end }}
    {{- range $file, $from := $others }}
    {{- if has $file $own }}
    - secret:
        name: {{ $from.secret }}
        items: [{ key: {{ default "ca.crt" $from.key }}, path: {{ $file }} }]
    {{- end }}
    {{- end }}
{{- end -}}

{{/* The claim that a service keeps its files on, as { name, claim, path }, or nothing: root, id. */}}
{{- define "soc.claim" -}}
{{- if eq .id "auth" -}}
{{- dict "name" "audit-checkpoints" "claim" .root.Values.auditCheckpoints.claim "path" "/var/lib/soc/audit-checkpoints" | toYaml -}}
{{- else if and (eq .id "storage") (eq .root.Values.stores.evidence.kind "file_system") -}}
{{- dict "name" "evidence" "claim" .root.Values.stores.evidence.claim "path" "/var/lib/soc/evidence" | toYaml -}}
{{- end -}}
{{- end -}}

{{/* How often a service may run: "many", or "one" where its claim is of one node. */}}
{{- define "soc.mayBe" -}}
{{- $claim := include "soc.claim" . | fromYaml -}}
{{- if and $claim (ne $claim.claim.accessMode "ReadWriteMany") -}}one{{- else -}}many{{- end -}}
{{- end -}}

{{- define "soc.isScaled" -}}
{{- if and .root.Values.autoscaling.enabled .row.autoscaling (eq (include "soc.mayBe" .) "many") -}}true{{- end -}}
{{- end -}}

{{/* As in the compose file: nobody of power, nothing to write but /tmp, no capabilities. */}}
{{- define "soc.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "soc.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "soc.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - { name: {{ . }} }
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}
