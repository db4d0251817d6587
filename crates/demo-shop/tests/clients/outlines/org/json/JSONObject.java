package org.json;

public class JSONObject {
    public JSONObject(String text) throws JSONException {}
    public String getString(String name) throws JSONException { return null; }
    public boolean getBoolean(String name) throws JSONException { return false; }
    public boolean isNull(String name) { return true; }
}
