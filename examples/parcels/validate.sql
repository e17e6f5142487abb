SELECT CASE WHEN count(*) = 0 THEN error('no parcels arrived for ' || $county)
            WHEN count(*) <> count(DISTINCT parcel_id) THEN error('a parcel is there twice')
            ELSE count(*) END AS parcels
FROM parcels;
