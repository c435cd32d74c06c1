# Two stages: the first builds the environment and the assets, the second holds only what runs.
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY locks/runtime.txt locks/build.txt locks/
RUN /app/.venv/bin/pip install --no-cache-dir --require-hashes -r locks/runtime.txt \
    && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r locks/build.txt
COPY pyproject.toml README.md LICENSE alembic.ini* ./
COPY surveys surveys
COPY csi_model csi_model
COPY web web
RUN /app/.venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && /app/.venv/bin/python -m web.assets \
    && rm -rf web/node_modules

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app manyi && mkdir -p /data && chown manyi /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 MANYI_INSTANCE=/data MANYI_HOST=0.0.0.0
USER manyi
VOLUME /data
EXPOSE 8000
# The check asks for a host that MANYI_TRUSTED_HOSTS allows, at the port that is served.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; e = os.environ.get; \
hosts = e('MANYI_TRUSTED_HOSTS', '').replace(',', ' ').split() or ['127.0.0.1']; \
u.urlopen(u.Request('http://127.0.0.1:' + e('MANYI_PORT', '8000') + '/livez', headers={'Host': hosts[0]}), timeout=4)"]
CMD ["sh", "-c", "manyi db upgrade && exec manyi serve --no-worker"]
