/* The private library of private_library.c. */
__attribute__((visibility("default"))) int rogue_private_function(void) {
    return 1;
}
