package android.app;

import android.content.Intent;
import android.os.Bundle;

public class Activity {
    protected void onCreate(Bundle saved) {}
    protected void onNewIntent(Intent intent) {}
    public Intent getIntent() { return null; }
    public void setIntent(Intent intent) {}
    public void finish() {}
}
