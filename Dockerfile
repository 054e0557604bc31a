# The lab's own images, a target each: backend, frontend, loadgen, verify.
#
#   docker build --target backend -t observability-lab/backend .
#
# Build arguments: LAB_REVISION, the commit, for the labels and `build_info`; LAB_VERSION.

FROM rust:1.95-slim-trixie AS rust
# wasm-opt, which takes a tenth off the browser's module.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends binaryen \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /lab

# All that decides about dependencies. What this stage gives changes with manifests alone,
# so that the stage after it is taken from the cache when nothing but code has changed.
FROM rust AS manifests
COPY . .
RUN compose/build/hollow.sh /hollow

FROM rust AS dependencies
COPY --from=manifests /hollow .
RUN cargo fetch --locked \
 && cargo build --locked --release --package backend --package loadgen --package verify \
 && cargo build --locked --package xtask

# From here on hollow crates stand for those that a stage is not about, so that a change of
# the backend builds neither the tools nor the frontend anew. All three packages are named
# all the same: which features dependencies have depends on who is built.
FROM dependencies AS server
COPY api-types api-types
COPY telemetry telemetry
COPY migrations migrations
COPY backend backend
ARG LAB_REVISION=unknown
# Cargo compares times: a file of the repository may be older than its hollow self's build.
RUN find . -path ./target -prune -o -name '*.rs' -exec touch {} + \
 && LAB_REVISION=$LAB_REVISION cargo build --locked --release --package backend --package loadgen --package verify

FROM dependencies AS tools
COPY api-types api-types
COPY telemetry telemetry
COPY loadgen loadgen
COPY verify verify
RUN find . -path ./target -prune -o -name '*.rs' -exec touch {} + \
 && cargo build --locked --release --package backend --package loadgen --package verify

FROM dependencies AS assets
COPY api-types api-types
COPY frontend-wasm frontend-wasm
COPY postgres-fixture postgres-fixture
COPY xtask xtask
RUN find . -path ./target -prune -o -name '*.rs' -exec touch {} + \
 && cargo xtask frontend --out /assets

# glibc and libgcc are all that the program needs; there is no shell.
FROM gcr.io/distroless/cc-debian13:nonroot AS backend
ARG LAB_VERSION=0.1.0
ARG LAB_REVISION=unknown
LABEL org.opencontainers.image.title="Observability Lab: backend" \
      org.opencontainers.image.description="The task manager's page, API, metrics and telemetry intake" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$LAB_VERSION" \
      org.opencontainers.image.revision="$LAB_REVISION"
COPY --from=server /lab/target/release/backend /usr/local/bin/backend
COPY --from=assets /assets /usr/share/lab/assets
ENV LAB_LISTEN=0.0.0.0:5000 \
    LAB_ASSETS_DIR=/usr/share/lab/assets
USER 65532:65532
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 CMD ["/usr/local/bin/backend", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/backend"]
CMD ["serve"]

FROM gcr.io/distroless/cc-debian13:nonroot AS loadgen
ARG LAB_VERSION=0.1.0
ARG LAB_REVISION=unknown
LABEL org.opencontainers.image.title="Observability Lab: loadgen" \
      org.opencontainers.image.description="Synthetic traffic from many regions and devices" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$LAB_VERSION" \
      org.opencontainers.image.revision="$LAB_REVISION"
COPY --from=tools /lab/target/release/loadgen /usr/local/bin/loadgen
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/loadgen"]
CMD ["continuous"]

FROM gcr.io/distroless/cc-debian13:nonroot AS verify
ARG LAB_VERSION=0.1.0
ARG LAB_REVISION=unknown
LABEL org.opencontainers.image.title="Observability Lab: verify" \
      org.opencontainers.image.description="Whether a deployed stack works" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$LAB_VERSION" \
      org.opencontainers.image.revision="$LAB_REVISION"
COPY --from=tools /lab/target/release/verify /usr/local/bin/verify
COPY --from=tools /lab/target/release/loadgen /usr/local/bin/loadgen
COPY grafana/dashboards /usr/share/lab/dashboards
ENV VERIFY_DASHBOARDS=/usr/share/lab/dashboards \
    VERIFY_LOADGEN=/usr/local/bin/loadgen
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/verify"]

# Its entry point fills the templates in with the shell that the base image has.
FROM nginxinc/nginx-unprivileged:1.31.2-alpine3.23-otel AS frontend
ARG LAB_VERSION=0.1.0
ARG LAB_REVISION=unknown
LABEL org.opencontainers.image.title="Observability Lab: frontend" \
      org.opencontainers.image.description="The lab's front door: static files and the proxy" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$LAB_VERSION" \
      org.opencontainers.image.revision="$LAB_REVISION"
COPY nginx/nginx.conf /etc/nginx/nginx.conf
COPY nginx/templates /etc/nginx/templates
COPY nginx/entrypoint.d /docker-entrypoint.d
COPY nginx/www /usr/share/nginx/lab
COPY --from=assets /assets /usr/share/nginx/lab/assets
USER 101:101
EXPOSE 8080
