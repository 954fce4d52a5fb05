# syntax=docker/dockerfile:1
# Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
# docker build --file deploy/docker/worker.Dockerfile --tag sentinel-worker .
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
ARG TOOLS_IMAGE=docker.io/library/ubuntu:24.04

FROM ${SDK_IMAGE} AS build
ENV NUGET_PACKAGES=/packages
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY Sentinel.Contracts/Sentinel.Contracts.csproj Sentinel.Contracts/
COPY Sentinel.Data/Sentinel.Data.csproj Sentinel.Data/
COPY Sentinel.Git/Sentinel.Git.csproj Sentinel.Git/
COPY Sentinel.GitHub/Sentinel.GitHub.csproj Sentinel.GitHub/
COPY Sentinel.Scanning/Sentinel.Scanning.csproj Sentinel.Scanning/
COPY Sentinel.ServiceDefaults/Sentinel.ServiceDefaults.csproj Sentinel.ServiceDefaults/
COPY Sentinel.Worker/Sentinel.Worker.csproj Sentinel.Worker/
RUN --mount=type=cache,target=/packages dotnet restore Sentinel.Worker/Sentinel.Worker.csproj
COPY Sentinel.Contracts/ Sentinel.Contracts/
COPY Sentinel.Data/ Sentinel.Data/
COPY Sentinel.Git/ Sentinel.Git/
COPY Sentinel.GitHub/ Sentinel.GitHub/
COPY Sentinel.Scanning/ Sentinel.Scanning/
COPY Sentinel.ServiceDefaults/ Sentinel.ServiceDefaults/
COPY Sentinel.Worker/ Sentinel.Worker/
RUN --mount=type=cache,target=/packages \
    dotnet publish Sentinel.Worker/Sentinel.Worker.csproj --no-restore --configuration Release --output /app -p:UseAppHost=false

FROM ${TOOLS_IMAGE} AS tools
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm --recursive --force /var/lib/apt/lists/* \
    && mkdir --parents /rootfs/usr/bin /rootfs/usr/lib/git-core /cache \
    && cp /usr/bin/git /rootfs/usr/bin/ \
    && cp --no-dereference /usr/lib/git-core/git-remote-http /usr/lib/git-core/git-remote-https /rootfs/usr/lib/git-core/ \
    && ln --symbolic /usr/bin/git /rootfs/usr/lib/git-core/git \
    && ldd /usr/bin/git /usr/lib/git-core/git-remote-http | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | sort -u \
       | grep -vE '/(ld-linux.*|lib(c|m|dl|rt|pthread|resolv))\.so' \
       | while read -r library; do cp --parents --dereference "$library" /rootfs/; done \
    && if [ -d /rootfs/lib ]; then cp --recursive /rootfs/lib/. /rootfs/usr/lib/ && rm --recursive /rootfs/lib; fi

FROM ${RUNTIME_IMAGE} AS final
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sentinel-worker" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=tools /rootfs/ /
COPY --from=tools --chown=1654:1654 /cache/ /cache/
WORKDIR /app
COPY --from=build /app ./
ENV DOTNET_EnableDiagnostics=0 \
    PORT=3002
USER 1654
VOLUME ["/cache", "/tmp"]
EXPOSE 3002
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["dotnet", "Sentinel.Worker.dll", "--healthcheck"]
ENTRYPOINT ["dotnet", "Sentinel.Worker.dll"]
