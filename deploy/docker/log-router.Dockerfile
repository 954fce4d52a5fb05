# syntax=docker/dockerfile:1
# Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
# docker build --file deploy/docker/log-router.Dockerfile --tag sentinel-log-router .
ARG ROUTER_IMAGE=public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0
FROM ${ROUTER_IMAGE}
LABEL org.opencontainers.image.title="sentinel-log-router" \
      org.opencontainers.image.licenses="MIT"
COPY deploy/ecs/fluent-bit/ /sentinel/
