-- Stops the pipeline, with a reason, before bad data becomes a bad report. The counts are the step's result.
SELECT
  CASE WHEN (SELECT count(*) FROM weather WHERE date IS NULL OR temp_max < temp_min) > 0
    THEN error('seattle-weather.csv: rows without a date, or colder by day than by night')
    ELSE (SELECT count(*) FROM weather) END AS weather_days,
  CASE WHEN (SELECT count(*) - count(DISTINCT iata) FROM airports) > 0
    THEN error('airports.csv: an airport is there twice')
    ELSE (SELECT count(*) FROM airports) END AS airports,
  CASE WHEN (SELECT count(*) FROM flights) < 1000000
    THEN error('flights-3m.parquet: fewer flights than expected')
    ELSE (SELECT count(*) FROM flights) END AS flights;
