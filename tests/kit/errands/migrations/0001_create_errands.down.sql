DROP TABLE errands.errands;
