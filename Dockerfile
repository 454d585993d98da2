# The playground as a container: docker build -t holdline . && docker run --rm -p 4173:4173 holdline
FROM node:22-slim AS build
WORKDIR /holdline
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build-play.mjs site

FROM node:22-slim
WORKDIR /playground
COPY --from=build --chown=node:node /holdline/site .
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4173
EXPOSE 4173
HEALTHCHECK --interval=30s --timeout=3s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.mjs"]
