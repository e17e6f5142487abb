-- How late flights leave one airport. $airport is a bound parameter.
SELECT
  $airport AS airport,
  any_value(a.city) AS city,
  count(*) AS departures,
  round(avg(f.delay), 1) AS mean_delay,
  quantile_cont(f.delay, 0.9) AS late_tenth,
  round(count(*) FILTER (f.delay <= 15) / count(*), 3) AS on_time
FROM flights f LEFT JOIN airports a ON a.iata = f.origin
WHERE f.origin = $airport;
