/* global SwaggerUIBundle */
// The panel's page /api/docs loads this after Swagger UI: it allows no code within the page itself.
SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', validatorUrl: null })
