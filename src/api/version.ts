/** Version of the API's form: fields are added under a higher minor, nothing is renamed or removed under /api/v1. */
export const apiVersion = '1.0.0';
export const apiRoot = '/api/v1';
