#!/bin/sh
# Loads the modules that this image has: OpenTelemetry, where LAB_PROXY_OTLP_ENDPOINT says
# where spans go, and brotli. Runs before the templates are filled in.
set -eu
modules=${LAB_NGINX_MODULES:-/etc/nginx/modules}
conf=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}

rm -f "$conf/otel.main" "$conf/otel.conf" "$conf/begun.conf" "$conf/brotli.main" "$conf/brotli.conf"

# The per cent of the traces begun here that are recorded, as the backend reads the same
# variables; Nginx knows hundredths.
percent() {
    case "${OTEL_TRACES_SAMPLER:-}" in
        always_off | parentbased_always_off) echo 0 ;;
        traceidratio | parentbased_traceidratio)
            awk -v "share=${OTEL_TRACES_SAMPLER_ARG:-}" 'BEGIN {
                is_share = share ~ /^[0-9]*\.?[0-9]+$/ && share + 0 <= 1
                printf "%.2f\n", is_share ? 100 * share : 100
            }'
            ;;
        *) echo 100 ;;
    esac
}

if [ -n "${LAB_PROXY_OTLP_ENDPOINT:-}" ]; then
    if [ -f "$modules/ngx_otel_module.so" ]; then
        echo "load_module $modules/ngx_otel_module.so;" >"$conf/otel.main"
        cat >"$conf/otel.conf" <<CONF
# The proxy's span between the browser's and the backend's: it takes the client's
# traceparent as its parent and hands its own on. Which requests have one, and what it is
# called, says trace.conf.
otel_exporter {
    endpoint $LAB_PROXY_OTLP_ENDPOINT;
}
otel_service_name lab-proxy;
otel_trace_context propagate;
otel_trace \$lab_traced;
otel_span_name "\$request_method\$lab_route";
CONF
    else
        echo "$0: this image has no OpenTelemetry module; the proxy makes no spans" >&2
    fi
fi

# Nginx refuses a share of nothing.
share=$(percent)
case "$share" in
    0 | 0.00) share= ;;
    *) share="$share% on;" ;;
esac
cat >"$conf/begun.conf" <<CONF
# Traces that begin here.
split_clients \$request_id \$lab_begun {
    $share
    * off;
}
CONF

if [ -f "$modules/ngx_http_brotli_static_module.so" ]; then
    echo "load_module $modules/ngx_http_brotli_static_module.so;" >"$conf/brotli.main"
    echo "brotli_static on;" >"$conf/brotli.conf"
fi
