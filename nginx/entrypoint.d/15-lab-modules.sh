#!/bin/sh
# Loads the modules that this image has: OpenTelemetry, where LAB_PROXY_OTLP_ENDPOINT says
# where spans go, and brotli. Runs before the templates are filled in.
set -eu
modules=${LAB_NGINX_MODULES:-/etc/nginx/modules}
conf=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}

rm -f "$conf/otel.main" "$conf/otel.conf" "$conf/brotli.main" "$conf/brotli.conf"

if [ -n "${LAB_PROXY_OTLP_ENDPOINT:-}" ]; then
    if [ -f "$modules/ngx_otel_module.so" ]; then
        echo "load_module $modules/ngx_otel_module.so;" >"$conf/otel.main"
        cat >"$conf/otel.conf" <<CONF
# The proxy's span between the browser's and the backend's: it takes the client's
# traceparent as its parent and hands its own on.
otel_exporter {
    endpoint $LAB_PROXY_OTLP_ENDPOINT;
}
otel_service_name lab-proxy;
otel_trace_context propagate;
otel_trace \$lab_traced;
otel_span_name "\$request_method\$lab_route";

# What the backend makes no spans for, the proxy makes none for either. A client that has
# decided about sampling is followed.
map \$uri \$lab_traced {
    "~^/(assets|otlp|healthz|health|ready|metrics|internal|api/traces/|api/alerts)" off;
    default \$lab_sampled;
}
map \$http_traceparent \$lab_sampled {
    "~^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][02468ace]" off;
    default on;
}

# The route's template, as in the backend's span; nothing for what has none.
map \$uri \$lab_route {
    "~^/api/tasks/[^/]+\$" " /api/tasks/{id}";
    "~^/api/trace/synthetic/[^/]+\$" " /api/trace/synthetic/{id}";
    "~^/(|tasks|api/tasks|api/simulate-error|api/simulate-slow|api/smoke/db)\$" " \$uri";
    default "";
}
CONF
    else
        echo "$0: this image has no OpenTelemetry module; the proxy makes no spans" >&2
    fi
fi

if [ -f "$modules/ngx_http_brotli_static_module.so" ]; then
    echo "load_module $modules/ngx_http_brotli_static_module.so;" >"$conf/brotli.main"
    echo "brotli_static on;" >"$conf/brotli.conf"
fi
