FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin zinne \
    && install -D -m 0755 target/release/zinne /out/zinne

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="zinne" \
      org.opencontainers.image.description="The security-measure ledger of German municipalities" \
      org.opencontainers.image.licenses="EUPL-1.2"
RUN groupadd --gid 10001 zinne \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin zinne \
    && install -d -o zinne -g zinne -m 0750 /data
COPY --from=build /out/zinne /usr/local/bin/zinne
COPY LICENSE /usr/share/doc/zinne/LICENSE
ENV ZINNE_LISTEN=0.0.0.0:8080 \
    ZINNE_DATA_DIR=/data \
    ZINNE_DATABASE_URL=sqlite:/data/zinne.db
WORKDIR /data
VOLUME /data
EXPOSE 8080
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/zinne"]
CMD ["serve"]
