// The Spark convention (https://wiki.open311.org/JSON_and_XML_Conversion/): an element whose only
// child, or whose children of one name, are elements is a list; numbers and truth values are such.
const { DOMParser } = require('@xmldom/xmldom');

function scalar(text) {
    if (text === '') return null;
    if (text === 'true' || text === 'false') return text === 'true';
    return Number.isNaN(Number(text)) ? text : Number(text);
}

function convert(element) {
    const children = Array.from(element.childNodes).filter((node) => node.nodeType === 1);
    if (children.length === 0) return scalar(element.textContent);
    const names = new Set(children.map((child) => child.nodeName));
    if (children.length === 1 || names.size < children.length) return children.map(convert);
    return Object.fromEntries(children.map((child) => [child.nodeName, convert(child)]));
}

exports.parseXml = (text) => {
    const document = new DOMParser({
        onError: (level, message) => { throw new Error(`${level}: ${message}`); },
    }).parseFromString(text, 'text/xml');
    return convert(document.documentElement);
};
