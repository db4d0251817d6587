mod tax;
