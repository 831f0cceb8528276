/* Its name could not be a schema of PostgreSQL. */
#define ROGUE_NAME "Rogue-One"
#define ROGUE_ROUTE "/api/v1/rogue"
#include "frame.inc"
#include "frame_entry.inc"
