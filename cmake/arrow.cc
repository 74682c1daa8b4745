// The program of an arrow check (waybill_library): a library whole, with what it says that it uses.
int main() { return 0; }
