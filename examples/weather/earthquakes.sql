-- The strongest earthquakes of the week, from nested GeoJSON.
SELECT
  f.properties.place AS place,
  f.properties.mag AS magnitude,
  strftime(to_timestamp(f.properties.time / 1000) AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') AS time_utc,
  round(f.geometry.coordinates[3], 0) AS depth_km
FROM (SELECT unnest(features) AS f FROM quakes)
WHERE f.properties.mag IS NOT NULL
ORDER BY magnitude DESC
LIMIT 50;
