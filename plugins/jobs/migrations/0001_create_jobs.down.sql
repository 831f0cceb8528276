DROP TABLE jobs.jobs;
DROP FUNCTION jobs.uuid_v7();
