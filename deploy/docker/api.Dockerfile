# syntax=docker/dockerfile:1
# Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
# docker build --file deploy/docker/api.Dockerfile --tag sentinel-api .
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

FROM ${SDK_IMAGE} AS build
ENV NUGET_PACKAGES=/packages
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY Sentinel.Api/Sentinel.Api.csproj Sentinel.Api/
COPY Sentinel.Contracts/Sentinel.Contracts.csproj Sentinel.Contracts/
COPY Sentinel.Data/Sentinel.Data.csproj Sentinel.Data/
COPY Sentinel.GitHub/Sentinel.GitHub.csproj Sentinel.GitHub/
COPY Sentinel.Scanning/Sentinel.Scanning.csproj Sentinel.Scanning/
COPY Sentinel.ServiceDefaults/Sentinel.ServiceDefaults.csproj Sentinel.ServiceDefaults/
RUN --mount=type=cache,target=/packages dotnet restore Sentinel.Api/Sentinel.Api.csproj
COPY Sentinel.Api/ Sentinel.Api/
COPY Sentinel.Contracts/ Sentinel.Contracts/
COPY Sentinel.Data/ Sentinel.Data/
COPY Sentinel.GitHub/ Sentinel.GitHub/
COPY Sentinel.Scanning/ Sentinel.Scanning/
COPY Sentinel.ServiceDefaults/ Sentinel.ServiceDefaults/
RUN --mount=type=cache,target=/packages \
    dotnet publish Sentinel.Api/Sentinel.Api.csproj --no-restore --configuration Release --output /app -p:UseAppHost=false

FROM ${RUNTIME_IMAGE} AS final
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sentinel-api" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /app ./
ENV DOTNET_EnableDiagnostics=0 \
    PORT=3001
USER 1654
VOLUME ["/tmp"]
EXPOSE 3001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["dotnet", "Sentinel.Api.dll", "--healthcheck"]
ENTRYPOINT ["dotnet", "Sentinel.Api.dll"]
