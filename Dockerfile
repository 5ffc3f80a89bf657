# Two stages: the first builds an environment, the second holds nothing but that environment.
FROM python:3.11-slim AS build
WORKDIR /src
COPY constraints.txt pyproject.toml README.md ./
COPY app app
COPY prompts prompts
COPY rubrics rubrics
COPY knowledge knowledge
RUN python -m venv /venv \
    && UV_VERSION="$(sed -n 's/^uv==//p' constraints.txt)" \
    && /venv/bin/pip install --no-cache-dir "uv==${UV_VERSION}" \
    && VIRTUAL_ENV=/venv /venv/bin/uv pip install --no-cache --torch-backend cpu -c constraints.txt . \
    && /venv/bin/uv pip uninstall --python /venv/bin/python uv

FROM python:3.11-slim
COPY --from=build /venv /venv
RUN useradd --create-home --uid 10001 --user-group viva && install -d -o viva -g viva /data
USER 10001:10001
WORKDIR /data
ENV PATH=/venv/bin:$PATH HF_HUB_OFFLINE=1 PYTHONUNBUFFERED=1 VIVA_DATA_DIR=/data VIVA_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
# Outside loopback Viva asks for keys: run with -e VIVA_API_KEYS=…
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["viva", "serve"]
