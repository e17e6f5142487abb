SELECT owner_type, count(*) AS parcels, round(avg(area_m2)) AS mean_area_m2, round(median(price)) AS median_price
FROM clean GROUP BY owner_type ORDER BY parcels DESC;
