-- A year of Seattle's weather, month by month, over all years of the data.
SELECT
  month(date) AS month,
  monthname(min(date)) AS name,
  round(avg(temp_max), 1) AS mean_high,
  round(avg(temp_min), 1) AS mean_low,
  round(sum(precipitation) / count(DISTINCT year(date)), 0) AS rain_mm,
  round(count(*) FILTER (precipitation > 0.2) / count(DISTINCT year(date)), 0) AS rain_days,
  count(*) FILTER (weather = 'sun') / count(*) AS share_of_sun
FROM weather
GROUP BY month(date)
ORDER BY month;
